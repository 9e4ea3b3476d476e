// The charts that pages may draw; everything else of ECharts stays out of the binary.
import * as echarts from 'echarts/core';
import { BarChart, LineChart, PieChart, ScatterChart } from 'echarts/charts';
import { AriaComponent, DatasetComponent, GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { LabelLayout } from 'echarts/features';
import { CanvasRenderer } from 'echarts/renderers';

echarts.use([BarChart, LineChart, PieChart, ScatterChart, AriaComponent, DatasetComponent, GridComponent, MarkLineComponent,
  TooltipComponent, LabelLayout, CanvasRenderer]);
window.echarts = echarts;
